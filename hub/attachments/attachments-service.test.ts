import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { describe, expect, it } from 'vitest';
import { type AttachmentsOptions, AttachmentsService } from './attachments-service.ts';

describe('content that is sent to the hub', () => {
  it('waits at its node while the hub’s disk is nearly full: the database is not even asked', async () => {
    let free = 5 * 1024 ** 2;
    let asked = 0;
    const options = {
      freeBytes: () => free,
      database: {
        transaction: () => {
          asked++;
          throw new RangeError('asked');
        },
      },
      log: {} as Log,
    } as unknown as AttachmentsOptions;
    const attachments = new AttachmentsService(options);
    const record = 'a0000000-0000-8000-8000-000000000001';
    const piece = { kind: 'blob-piece', record, offset: 512, size: 1024, bytes: new Uint8Array(512) } as const;
    expect(await attachments.take('cscom_sangha', piece)).toMatchObject({ upTo: 512, newBytes: 0, refusal: 'later' });
    expect(asked).toBe(0);
    free = 5 * 1024 ** 3;
    await expect(attachments.take('cscom_sangha', piece)).rejects.toThrow('asked');
  });
});
