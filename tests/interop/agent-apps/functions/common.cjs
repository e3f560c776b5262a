// CommonJS: `common.nested.handler`.
exports.nested = {
  handler: async (event, context) => {
    await fetch(`${process.env.TEST_PEER}/inside`).then((answer) => answer.text())
    if (event.fail) throw new RangeError('too much')
    return { statusCode: 201, body: `${process.env._HANDLER} ${context.functionName}` }
  },
}
