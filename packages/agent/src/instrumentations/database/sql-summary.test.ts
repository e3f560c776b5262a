import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { summarizeSql } from './sql-summary.ts'

describe('summarizeSql', () => {
  it.each([
    ['SELECT * FROM orders WHERE id = $1', 'SELECT orders', 'SELECT', 'orders', 'SELECT * FROM orders WHERE id = $1'],
    [
      "select name from users where name = 'O''Hara' and age > 42",
      'SELECT users',
      'SELECT',
      'users',
      'select name from users where name = ? and age > ?',
    ],
    [
      'INSERT INTO "Shop"."Orders" (a) VALUES (1.5, 0xff)',
      'INSERT Shop.Orders',
      'INSERT',
      'Shop.Orders',
      'INSERT INTO "Shop"."Orders" (a) VALUES (?, ?)',
    ],
    ['UPDATE `t` SET a = 1', 'UPDATE t', 'UPDATE', 't', 'UPDATE `t` SET a = ?'],
    ['DELETE FROM a.b.c', 'DELETE a.b.c', 'DELETE', 'a.b.c', 'DELETE FROM a.b.c'],
    [
      'SELECT * FROM a, b JOIN c ON a.id = b.id',
      'SELECT a b c',
      'SELECT',
      undefined,
      'SELECT * FROM a, b JOIN c ON a.id = b.id',
    ],
    [
      'SELECT * FROM orders o WHERE id IN (SELECT order_id FROM items)',
      'SELECT orders SELECT items',
      'SELECT',
      undefined,
      'SELECT * FROM orders o WHERE id IN (SELECT order_id FROM items)',
    ],
    ['INSERT INTO a SELECT * FROM b', 'INSERT a SELECT b', 'INSERT', undefined, 'INSERT INTO a SELECT * FROM b'],
    ['-- by id\nSELECT 1 /* x */ FROM t1 FOR UPDATE', 'SELECT t1', 'SELECT', 't1', 'SELECT ?  FROM t1 FOR UPDATE'],
    [
      'CREATE TABLE IF NOT EXISTS logs (id int)',
      'CREATE logs',
      'CREATE',
      'logs',
      'CREATE TABLE IF NOT EXISTS logs (id int)',
    ],
    [
      'WITH x AS (SELECT 1 FROM y) SELECT * FROM x',
      'WITH SELECT y SELECT x',
      'SELECT',
      undefined,
      'WITH x AS (SELECT ? FROM y) SELECT * FROM x',
    ],
    ['SELECT pg_sleep(0.1)', 'SELECT', 'SELECT', undefined, 'SELECT pg_sleep(?)'],
    ['begin', 'BEGIN', 'BEGIN', undefined, 'begin'],
    ["SELECT $$it's secret$$, $tag$ 1 $$ 2 $tag$, E'\\'x' FROM t", 'SELECT t', 'SELECT', 't', 'SELECT ?, ?, ? FROM t'],
    [
      'SELECT col1, t2x FROM t WHERE a=:name1 AND b=@p2 AND c=?',
      'SELECT t',
      'SELECT',
      't',
      'SELECT col1, t2x FROM t WHERE a=:name1 AND b=@p2 AND c=?',
    ],
    ["SELECT 'never closed", 'SELECT', 'SELECT', undefined, 'SELECT ?'],
    [
      'INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = 2',
      'INSERT t',
      'INSERT',
      't',
      'INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = ?',
    ],
    ['', '', undefined, undefined, ''],
  ])('%s', (sql, summary, operation, collection, text) => {
    expect(summarizeSql(sql)).toEqual({ summary, operation, collection, text })
  })

  it('is bounded', () => {
    const { text, summary } = summarizeSql(`SELECT * FROM ${'t, '.repeat(100_000)}t WHERE a = 'x'`)
    expect(text.length).toBe(4096)
    expect(summary.length).toBe(255)
  })

  it('never throws, and never shows a quoted text that has been closed', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string().map((text) => text.replaceAll(/['\\]/g, '')),
        fc.string(),
        (before, secret, after) => {
          summarizeSql(before + after)
          const { text } = summarizeSql(`SELECT '${`<${secret}>`}' FROM t`)
          expect(text).toBe('SELECT ? FROM t')
        },
      ),
    )
  })
})
