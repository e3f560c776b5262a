import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A service without a line about telemetry: calls the next one, if there is one. Writes its port to a file. */
public class Stock {
  public static void main(String[] args) throws Exception {
    var client = HttpClient.newHttpClient();
    var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/", exchange -> {
      try {
        var path = exchange.getRequestURI().getPath();
        var body = "stock";
        if (args.length > 1) {
          var request = HttpRequest.newBuilder(URI.create(args[1] + path)).build();
          body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
        exchange.sendResponseHeaders(200, body.length());
        exchange.getResponseBody().write(body.getBytes());
      } catch (InterruptedException error) {
        throw new RuntimeException(error);
      } finally {
        exchange.close();
      }
    });
    server.start();
    var part = Path.of(args[0] + ".new");
    Files.writeString(part, String.valueOf(server.getAddress().getPort()));
    Files.move(part, Path.of(args[0]), StandardCopyOption.ATOMIC_MOVE);
  }
}
