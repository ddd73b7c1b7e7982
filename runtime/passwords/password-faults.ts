import type { Bilingual } from '../errors/bilingual.ts';
import type { FieldProblem } from '../errors/haggui-error.ts';
import { failRuntime } from '../errors/runtime-errors.ts';
import { areKnownPasswords, foldedPassword } from './known-passwords.ts';

/** What everybody here would try: the product, the trade, the places and roles of a district (ASVS 5.0, 6.1.2). Without accents. */
export const CONTEXT_WORDS = [
  ...[
    'santehaggui',
    'haggui',
    'sante',
    'mali',
    'bamako',
    'cscom',
    'csref',
    'district',
    'hopital',
    'centre',
    'clinique',
  ],
  ...[
    'admin',
    'administrateur',
    'infirmier',
    'infirmiere',
    'medecin',
    'docteur',
    'matrone',
    'pharmacie',
    'laboratoire',
  ],
  ...['accueil', 'ministere', 'region', 'user', 'utilisateur', 'soins', 'malade', 'patient'],
] as const;

/** Why a password does not do: it is `known` from breaches, or hardly more than words of its `context`. */
export type PasswordFault = 'known' | 'context';

/** Whose password it is, and the field it came in. */
export type PasswordPlace = {
  readonly own: readonly (string | null | undefined)[];
  readonly field: string;
};

const PASSWORD_FAULTS: Readonly<Record<PasswordFault, Bilingual>> = {
  known: {
    fr: 'ce mot de passe est l’un des plus connus : on l’essaie en premier',
    en: 'this password is one of the best known: it is tried first',
  },
  context: {
    fr: 'sans votre nom, votre établissement et les mots du métier, il en reste trop peu',
    en: 'without your name, your facility and the words of the trade too little of it is left',
  },
};

const MIN_LENGTH = 8;
const MIN_WORD = 3;

/**
 * What is wrong with a password that somebody chose; undefined when it does. Words of its context count for nothing, those of `own`
 * neither (login, names, facility, region): without them, and without signs, it has to be a password all the same, of eight letters
 * and digits. How long it is and that it is not the former one is judged elsewhere.
 */
export async function passwordFault(password: string, own: PasswordPlace['own']): Promise<PasswordFault | undefined> {
  const words = [...new Set([...CONTEXT_WORDS, ...own.flatMap((text) => wordsOf(text ?? ''))])];
  const bare = withoutSigns(withoutAccents(password));
  const rest = words
    .filter((word) => word.length >= MIN_WORD)
    .sort((one, other) => other.length - one.length)
    .reduce((left, word) => left.replaceAll(word, ''), bare);
  if (await areKnownPasswords([password, bare, rest])) return 'known';
  return rest !== bare && rest.length < MIN_LENGTH ? 'context' : undefined;
}

/** The same as a problem of the field that the password came in. */
export async function faultyPassword(
  password: string,
  { own, field }: PasswordPlace,
): Promise<FieldProblem | undefined> {
  const fault = await passwordFault(password, own);
  return fault === undefined ? undefined : { field, message: PASSWORD_FAULTS[fault] };
}

/** Throws SH-I001 for a password with a {@link passwordFault}. */
export async function refuseFaultyPassword(
  password: string,
  { own, field = 'password' }: Omit<PasswordPlace, 'field'> & Partial<PasswordPlace>,
): Promise<void> {
  const problem = await faultyPassword(password, { own, field });
  if (problem !== undefined) throw failRuntime('SH-I001', { fields: [problem] });
}

/** `CSCOM de Sangha` is three words, and one. */
function wordsOf(text: string): readonly string[] {
  const plain = withoutAccents(text);
  return [withoutSigns(plain), ...plain.split(/[^\p{L}\p{N}]+/u)];
}

function withoutAccents(text: string): string {
  return foldedPassword(text).normalize('NFD').replaceAll(/\p{M}/gu, '');
}

function withoutSigns(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}]/gu, '');
}
