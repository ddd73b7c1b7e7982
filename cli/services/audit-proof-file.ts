import { readFileSync } from 'node:fs';
import { type AuditProof, auditProof } from '@santehaggui/protocols/api/audit-api.ts';
import { judgeAuditProof, type ProvenAudit } from '@santehaggui/protocols/audit/audit-proof.ts';
import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';
import { failCli } from '../cli-errors.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { pairLines } from '../screen/table.ts';

/** `haggui audit check`: judges a file by nothing but itself; exit 1 when it proves nothing. Throws SH-N501. */
export async function checkProof(invocation: Invocation, path: string): Promise<Outcome> {
  const { text, paint, format } = invocation;
  await sodiumReady();
  const proof = readProof(path);
  if (proof === undefined) return refused(invocation, { isProven: false }, text('audit.noProof'));
  const judged = judgeAuditProof(proof);
  if (!judged.isProven) return refused(invocation, judged, whyOf(invocation, judged));
  const { facility, entries, nodeKey, anchor } = proof;
  const { anchored, anchoredAt } = judged;
  const keys: [string, string][] = [[text('audit.nodeKey'), nodeKey]];
  if (anchor !== null) keys.push([text('audit.hubKey'), anchor.hubKey]);
  return {
    json: {
      ...judged,
      facility,
      numbers: entries.map(({ number }) => number),
      nodeKey,
      hubKey: anchor?.hubKey ?? null,
    },
    lines: [
      paint.green(`✓ ${text('audit.proven', { count: entries.length, facility })}`),
      anchoredAt === null
        ? paint.dim(text('audit.notAnchored'))
        : text('audit.provenAnchor', {
            count: format.integer(anchored),
            at: format.instant(new Date(anchoredAt).toISOString()),
          }),
      ...pairLines(keys, paint),
    ],
  };
}

function refused({ text, paint }: Invocation, json: object, why: string): Outcome {
  return { json, lines: [paint.red(`✖ ${text('audit.notProven', { why })}`)], exitCode: exitCodes.refused };
}

function whyOf({ text }: Invocation, { why, entry }: Extract<ProvenAudit, { isProven: false }>): string {
  if (why === 'entry') return text('audit.whyEntry', { entry: entry ?? 0 });
  return text(why === 'checkpoint' ? 'audit.whyCheckpoint' : 'audit.whyAnchor');
}

function readProof(path: string): AuditProof | undefined {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (cause) {
    throw failCli('SH-N501', { why: path, cause });
  }
  try {
    return auditProof.parse(JSON.parse(content));
  } catch {
    return undefined;
  }
}
