import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Whether a password is worth wrapping the database's key: zxcvbn 4 of 4 (over 10^10 guesses), with French and common lists,
 * and without what is known of the person (`known`: login, names, facility). In a thread that ends with the answer: the lists
 * take 70 MB, more than the rest of an idle node.
 */
export async function isStrongPassword(password: string, known: readonly string[]): Promise<boolean> {
  const worker = new Worker(new URL('./password-strength-worker.ts', import.meta.url), {
    workerData: { password: withoutWords(password, known), known },
  });
  const [isStrong] = await once(worker, 'message');
  await worker.terminate();
  return isStrong === true;
}

/** The password without those words: two names and a year are not three unknown words. */
function withoutWords(password: string, known: readonly string[]): string {
  const words = known.filter((word) => word.length > 2);
  return words.reduce((left, word) => left.replaceAll(new RegExp(escaped(word), 'giu'), ''), password);
}

function escaped(word: string): string {
  return word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
