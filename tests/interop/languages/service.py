"""A Flask service without a line about telemetry: calls the next one, if there is one. Writes its port to a file."""
import os
import sys
from threading import Thread
from wsgiref.simple_server import make_server

import requests
from flask import Flask

port_file, next_url = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
app = Flask(__name__)


@app.get("/orders/<order>")
def order(order):
    app.logger.warning("order %s", order)
    if next_url:
        return requests.get(f"{next_url}/orders/{order}", timeout=30).text
    return f"order {order}"


server = make_server("127.0.0.1", 0, app)
with open(port_file + ".new", "w") as file:
    file.write(str(server.server_port))
os.rename(port_file + ".new", port_file)
Thread(target=server.serve_forever).start()
