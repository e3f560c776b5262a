import { describe, expect, it } from 'vitest'
import protobuf from 'protobufjs'
import { answerText } from './answer-text.ts'

const STATUS = protobuf
  .parse('syntax = "proto3"; message Status { int32 code = 1; string message = 2; }')
  .root.lookupType('Status')
const status = (code: number, message: string): Uint8Array => STATUS.encode({ code, message }).finish()
const text = (body: string): Uint8Array => Buffer.from(body)

describe('answerText', () => {
  it.each([
    ['application/x-protobuf', status(12, 'profiles are not supported'), 'profiles are not supported'],
    ['application/x-protobuf', status(300, `long ${'x'.repeat(140)}`), `long ${'x'.repeat(140)}`],
    ['application/x-protobuf', status(0, 'no code'), 'no code'],
    ['application/x-protobuf', status(5, ''), ''],
    ['application/x-protobuf', text('<html>'), ''],
    ['application/x-protobuf', Uint8Array.of(0x08, 0xff, 0xff), ''],
    ['application/x-protobuf', Uint8Array.of(0x12, 0xff, 0xff, 0x03, 0x41), 'A'],
    ['application/json', text('{"code":5,"message":"not here"}'), 'not here'],
    ['application/json; charset=utf-8', text('{"message":7}'), ''],
    ['application/json', text('{'), ''],
    ['text/plain', text('404 page not found\n'), '404 page not found'],
    ['text/plain', text('two\r\nlines \u001b[31m'), 'two lines [31m'],
    ['text/plain', text('y'.repeat(500)), 'y'.repeat(200)],
    ['text/html', text('<h1>Not found</h1>'), ''],
    ['', new Uint8Array(), ''],
  ])('of %s %j', (type, body, expected) => {
    expect(answerText(type, body)).toBe(expected)
  })
})
