import type { ConsentHistory, ConsentLine, ConsentVerification } from '@santehaggui/protocols/api/consent-api.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { pairLines } from '../screen/table.ts';
import { isTextKey } from '../texts/texts.ts';
import type { CredentialFlags } from './credentials.ts';
import { nodeClientFor, signedInClient } from './node-session.ts';

/** A patient or a consent by its id, and who asks. */
export type ConsentRequest = { readonly id: string; readonly credentials: CredentialFlags };

/** `haggui consent list`: a patient's consents, for whom the node lets read them. */
export async function listConsents(
  invocation: Invocation,
  dataDirectory: string,
  { id, credentials }: ConsentRequest,
): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = await signedInClient(invocation, dataDirectory, credentials);
  const history = await client.get<ConsentHistory>(`/consents?patient=${encodeURIComponent(id)}`);
  const { patient, items, asksAgain } = history;
  return {
    json: history,
    lines: [
      paint.bold([patient.name, patient.number].filter(Boolean).join(' · ')),
      ...(asksAgain ? [paint.yellow(text('consent.asksAgain'))] : []),
      ...(items.length === 0 ? [text('consent.none')] : []),
      ...items.flatMap((line) => ['', ...consentLines(invocation, line)]),
    ],
  };
}

/** `haggui consent show`: one consent with its versions. */
export async function showConsent(
  invocation: Invocation,
  dataDirectory: string,
  { id, credentials }: ConsentRequest,
): Promise<Outcome> {
  const client = await signedInClient(invocation, dataDirectory, credentials);
  const line = await client.get<ConsentLine>(`/consents/${encodeURIComponent(id)}`);
  const versions = line.versions.map(({ number, at, hash, by }) => [
    invocation.text('consent.version', { number }),
    [invocation.format.instant(at), by, hash].filter(Boolean).join(' · '),
  ]) as [string, string][];
  return {
    json: line,
    lines: [...consentLines(invocation, line), ...pairLines(versions, invocation.paint)],
  };
}

/** `haggui consent verify`: exit 1 when anything is not as its hash says. */
export async function verifyConsents(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, paint } = invocation;
  const proof = await nodeClientFor(invocation, dataDirectory).get<ConsentVerification>('/consents/verify');
  const { valid, consents, versions, findings } = proof;
  if (valid) return { json: proof, lines: [paint.green(`✓ ${text('consent.valid', { consents, versions })}`)] };
  const words = (kind: string): string => {
    const key = `consent.finding.${kind}`;
    return isTextKey(key) ? text(key) : kind;
  };
  return {
    json: proof,
    lines: [
      paint.red(`✖ ${text('consent.broken', { count: findings.length })}`),
      ...findings.map(({ consentId, kind, version }) =>
        [
          `  ${consentId || '–'}`,
          version === null ? undefined : text('consent.version', { number: version }),
          words(kind),
        ]
          .filter((part) => part !== undefined)
          .join(' · '),
      ),
    ],
    exitCode: exitCodes.refused,
  };
}

function consentLines({ text, paint, format }: Invocation, line: ConsentLine): readonly string[] {
  const given = [line.givenBy, line.capture, line.witness, line.givenAt && format.instant(line.givenAt)];
  const pairs: readonly (readonly [string, string | undefined])[] = [
    [text('consent.classes'), line.classes],
    [text('consent.purpose'), line.purpose],
    [text('consent.country'), line.country],
    [text('consent.until'), line.until],
    [text('consent.given'), given.filter(Boolean).join(' · ')],
    [text('consent.withdrawn'), line.withdrawnAt && format.instant(line.withdrawnAt)],
    [text('consent.id'), line.id],
  ];
  const title = `${text(`consent.decision.${line.decision}`)} · ${line.recipient} · ${text(`consent.state.${line.state}`)}`;
  return [
    line.state === 'active' ? paint.bold(title) : paint.dim(title),
    ...pairLines(
      pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined && pair[1] !== ''),
      paint,
    ),
  ];
}
