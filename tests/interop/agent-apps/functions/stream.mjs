export const handler = globalThis.awslambda.streamifyResponse(async (_event, stream, context) => {
  await fetch(`${process.env.TEST_PEER}/inside`).then((answer) => answer.text())
  stream.write('streamed by ')
  stream.end(context.functionName)
})
