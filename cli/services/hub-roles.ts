import { readFileSync } from 'node:fs';
import {
  type PolicyChange,
  type PolicyLine,
  type PolicyPreview,
  type PolicySet,
  type PolicyShown,
  policyPlace,
  policyRequest,
} from '@santehaggui/protocols/api/policies-api.ts';
import {
  ACTIONS,
  type Action,
  type PermissionRule,
  permissionRules,
  SUBJECTS,
} from '@santehaggui/protocols/permissions/permission-rule.ts';
import { actionWords, subjectWords } from '@santehaggui/protocols/permissions/permission-words.ts';
import { reachOf } from '@santehaggui/protocols/permissions/rights-difference.ts';
import { validate } from '@santehaggui/runtime/http/validate.ts';
import { failCli } from '../cli-errors.ts';
import { hubStatus } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { tableLines } from '../screen/table.ts';
import { bilingual } from '../texts/texts.ts';
import { adminClientFor } from './node-session.ts';

/** What `hub role set` was given. */
export type PolicyOrder = {
  readonly role: string;
  readonly district: string | undefined;
  readonly files: { readonly rules: string | undefined; readonly ceiling: string | undefined };
  readonly preset: 'rules' | 'ceiling' | 'both' | undefined;
  readonly reason: string;
  readonly isSure: boolean;
};

/** `haggui hub role list`: the policies in force. */
export async function listPolicies(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const { policies } = await client.get<{ readonly policies: readonly PolicyLine[] }>('/policies');
  const columns = [
    { header: text('role.role'), cell: ({ role }: PolicyLine) => role },
    { header: text('role.district'), cell: ({ district }: PolicyLine) => district ?? text('role.everywhere') },
    ...editionColumns(invocation),
  ];
  return {
    json: { policies },
    lines: policies.length === 0 ? [text('role.none')] : tableLines(columns, policies, paint),
  };
}

/** `haggui hub role show`: what applies to a role, in words, and its editions. */
export async function showPolicy(invocation: Invocation, dataDirectory: string, place: unknown): Promise<Outcome> {
  const { text, language, paint } = invocation;
  const body = validate(policyPlace, place);
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const shown = await client.post<PolicyShown>('/policies/show', { body });
  const rules = shown.rules as readonly PermissionRule[];
  const ceiling = shown.ceiling as readonly PermissionRule[];
  const lines = SUBJECTS.flatMap((subject) => {
    const told = (among: readonly PermissionRule[], without: readonly PermissionRule[] = []): string =>
      ACTIONS.filter((action) => reachOf(among, action, subject) !== 'none')
        .filter((action) => reachOf(without, action, subject) === 'none')
        .map((action) => marked(action, reachOf(among, action, subject), language))
        .join(', ');
    const [may, mayGive] = [told(rules), told(ceiling, rules)];
    if (may === '' && mayGive === '') return [];
    return [{ subject: subjectWords(subject, language), may, mayGive }];
  });
  const columns = [
    { header: '', cell: ({ subject }: (typeof lines)[number]) => subject },
    { header: shown.role, cell: ({ may }: (typeof lines)[number]) => may },
    { header: text('role.ceiling'), cell: ({ mayGive }: (typeof lines)[number]) => mayGive },
  ];
  return {
    json: shown,
    lines: [
      ...tableLines(columns, lines, paint),
      ...(shown.editions.length === 0 ? [] : ['', ...tableLines(editionColumns(invocation), shown.editions, paint)]),
    ],
  };
}

/** `haggui hub role set`: tells who gains and loses what, and sets it where the operator is sure. */
export async function setPolicy(invocation: Invocation, dataDirectory: string, order: PolicyOrder): Promise<Outcome> {
  const { text, paint } = invocation;
  const { role, district, files, preset, reason, isSure } = order;
  const rules = preset === 'rules' || preset === 'both' ? null : rulesIn(files.rules);
  const ceiling = preset === 'ceiling' || preset === 'both' ? null : rulesIn(files.ceiling);
  if (rules === undefined && ceiling === undefined) throw failCli('SH-I502', { why: bilingual('role.nothingGiven') });
  const { reason: why, ...asked } = validate(policyRequest, { role, district, rules, ceiling, reason });
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const made: PolicySet | PolicyPreview = isSure
    ? await client.post<PolicySet>('/policies', { body: { ...asked, reason: why } })
    : await client.post<PolicyPreview>('/policies/preview', { body: asked });
  const { facilities, changes, ceilingChanges } = made;
  return {
    json: made,
    lines: [
      facilities.length === 0
        ? text('role.noFacility')
        : text('role.facilities', { count: facilities.length, names: facilities.join(', ') }),
      ...(changes.length === 0 ? [text('role.nothing')] : changes.map((change) => changeLine(invocation, change))),
      ...(ceilingChanges.length === 0 ? [] : ['', text('role.ceiling')]),
      ...ceilingChanges.map((change) => changeLine(invocation, change)),
      '',
      isSure
        ? paint.green(`✓ ${text('role.done', { edition: (made as PolicySet).edition })}`)
        : paint.yellow(text('role.onlyTried')),
    ],
  };
}

function editionColumns({ text, format }: Invocation) {
  return [
    {
      header: text('role.edition'),
      cell: ({ edition }: PolicyLine) => format.integer(edition),
      align: 'right' as const,
    },
    { header: text('role.at'), cell: ({ at }: PolicyLine) => format.instant(at) },
    { header: text('role.reason'), cell: ({ reason }: PolicyLine) => reason },
  ];
}

function changeLine({ text, paint }: Invocation, { kind, words }: PolicyChange): string {
  const line = `  ${text(`role.${kind}`)} : ${words}`;
  return kind === 'lost' ? paint.yellow(line) : paint.green(line);
}

function marked(action: Action, reach: string, language: 'fr' | 'en'): string {
  return reach === 'all' ? actionWords(action, language) : `${actionWords(action, language)}*`;
}

function rulesIn(path: string | undefined): readonly PermissionRule[] | undefined {
  if (path === undefined) return undefined;
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (cause) {
    throw failCli('SH-N501', { why: path, cause });
  }
  try {
    return permissionRules.parse(JSON.parse(content));
  } catch (cause) {
    throw failCli('SH-I502', { why: bilingual('role.notRules'), cause });
  }
}
