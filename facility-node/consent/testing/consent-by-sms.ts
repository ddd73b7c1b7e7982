import { recordingMessenger } from '@santehaggui/runtime/testing/recording-messenger.ts';
import { createAccess } from '../../access/create-access.ts';
import { AuditService } from '../../audit/audit-service.ts';
import type { TestStore } from '../../store/testing/test-store.ts';
import { ConsentHistoryService } from '../consent-history-service.ts';
import { ConsentSmsService } from '../consent-sms-service.ts';

/** The phone that asks unless another one is named. */
export const PHONE = '+22376123456';

const OWN = { code: 'cscom_sangha', name: 'CSCOM de Sangha', recordId: () => null };

/** A node that answers short messages about consents; `ask` gives its answer, or undefined where there is none. */
export function consentBySms(node: TestStore) {
  const messenger = recordingMessenger();
  const { store, clock, log } = node;
  const audit = new AuditService({ db: store.db, clock });
  const access = createAccess({ store, audit, clock, facility: OWN });
  const history = new ConsentHistoryService({ store, audit, access, clock, facility: OWN });
  const parts = { store, history, audit, messenger, clock, facility: OWN, log: log.log };
  const service = new ConsentSmsService(parts);
  const ask = async (text: string, from = PHONE): Promise<string | undefined> => {
    const before = messenger.sent.length;
    await service.answer({ from, payload: { kind: 'text', text } });
    return messenger.sent[before]?.text;
  };
  return { ask, audit, history, messenger };
}
