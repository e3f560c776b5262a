export declare function auditVerdict(
  output: string,
  explained: Readonly<Record<string, { why: string; until: string }>>,
  now: Date,
): { asked: boolean; failed: boolean; lines: string[] }
