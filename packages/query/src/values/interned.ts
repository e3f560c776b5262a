import type { Attribute } from '@clew/contract/common'
import { sql, uint64sParameter } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { storedAttributes } from './stored-value.ts'

export interface InternedResource {
  readonly attributes: Attribute[]
  readonly schemaUrl: string
}
export interface InternedScope {
  readonly name: string
  readonly version: string
  readonly attributes: Attribute[]
  readonly schemaUrl: string
}

/** Resources and scopes by id. */
export interface Interned {
  readonly resources: ReadonlyMap<string, InternedResource>
  readonly scopes: ReadonlyMap<string, InternedScope>
}

type Pairs = [string, string][]

/** The resources and scopes that the rows refer to. */
export async function readInterned(
  rows: readonly { readonly resourceId: string; readonly scopeId: string }[],
  question: Question,
): Promise<Interned> {
  if (rows.length === 0) return { resources: new Map(), scopes: new Map() }
  const resourceIds = [...new Set(rows.map((row) => row.resourceId))]
  const scopeIds = [...new Set(rows.map((row) => row.scopeId))]
  const resources = await question.run<{ id: string; attributes: Pairs; schemaUrl: string }>(sql`
    SELECT ResourceId AS id, Attributes AS attributes, toString(SchemaUrl) AS schemaUrl FROM resources
    WHERE ResourceId IN ${uint64sParameter(resourceIds.map(BigInt))} LIMIT 1 BY ResourceId`)
  const scopes = await question.run<{
    id: string
    name: string
    version: string
    attributes: Pairs
    schemaUrl: string
  }>(sql`
    SELECT ScopeId AS id, toString(Name) AS name, toString(Version) AS version, Attributes AS attributes,
      toString(SchemaUrl) AS schemaUrl
    FROM scopes WHERE ScopeId IN ${uint64sParameter(scopeIds.map(BigInt))} LIMIT 1 BY ScopeId`)
  return {
    resources: new Map(
      resources.rows.map((row) => [row.id, { attributes: storedAttributes(row.attributes), schemaUrl: row.schemaUrl }]),
    ),
    scopes: new Map(
      scopes.rows.map((row) => [
        row.id,
        {
          name: row.name,
          version: row.version,
          attributes: storedAttributes(row.attributes),
          schemaUrl: row.schemaUrl,
        },
      ]),
    ),
  }
}
