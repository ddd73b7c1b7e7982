import type { Digest } from '@santehaggui/protocols/frames/digest-messages.ts';
import type { Repair, Repaired } from '@santehaggui/protocols/frames/repair-messages.ts';
import type { Sign, Signed } from '@santehaggui/protocols/frames/sign-messages.ts';

type Asked = Digest | Repair | Sign;
type Answer = Digest | Repaired | Signed;

type Question = {
  readonly message: Asked;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
};

/** Thrown when the hub answers what was not asked: the connection ends then. */
export class AnswerToNothing extends Error {
  override readonly name = 'AnswerToNothing';
}

/** What was asked over one connection and waits for its answer; answers come in the order of the questions. */
export class Questions {
  readonly #waiting: Question[] = [];

  /** Sends a question; rejects when it cannot be sent, or when the connection ends before the answer. */
  ask(message: Digest, send: (message: Digest) => void): Promise<Digest>;
  ask(message: Repair, send: (message: Repair) => void): Promise<Repaired>;
  ask(message: Sign, send: (message: Sign) => void): Promise<Signed>;
  ask(message: Asked, send: (message: never) => void): Promise<Answer> {
    return new Promise((resolve, reject) => {
      (send as (message: Asked) => void)(message);
      this.#waiting.push({ message, resolve, reject });
    });
  }

  /** Takes an answer. Throws {@link AnswerToNothing}. */
  answered(answer: Answer): void {
    const question = this.#waiting.shift();
    if (question !== undefined && isAnswerTo(question.message, answer)) {
      question.resolve(answer);
      return;
    }
    question?.reject(new Error('another answer came'));
    throw new AnswerToNothing(`a ${answer.kind} that was not asked for`);
  }

  /** Rejects whatever still waits. */
  end(reason: string): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(reason));
  }
}

function isAnswerTo(question: Asked, answer: Answer): boolean {
  if (question.kind === 'repair') return answer.kind === 'repaired';
  if (question.kind === 'sign') return answer.kind === 'signed';
  if (answer.kind !== 'digest') return false;
  return answer.entries !== null && JSON.stringify(question.ask) === JSON.stringify(answer.ask);
}
