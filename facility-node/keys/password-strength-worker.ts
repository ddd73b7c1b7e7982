import { parentPort, workerData } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import * as french from '@zxcvbn-ts/language-fr';

const STRONG_ENOUGH = 4;

// The thread of `isStrongPassword`: answers once.
const { password, known } = workerData as { readonly password: string; readonly known: readonly string[] };
const checker = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...french.dictionary },
  graphs: common.adjacencyGraphs,
});
parentPort?.postMessage(checker.check(password, [...known, 'santehaggui', 'haggui']).score >= STRONG_ENOUGH);
