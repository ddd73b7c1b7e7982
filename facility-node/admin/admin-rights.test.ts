import { describe, expect, it } from 'vitest';
import { type AdminParts, adminRoutes } from './admin-socket.ts';

/**
 * Who may call what over the admin socket: its operator, who is shown no patient's data, or staff who sign in. A route that is not
 * here fails: whoever adds one for the operator says here that it shows nothing of anybody.
 */
const OPERATOR = [
  ...['get /status', 'get /doctor', 'post /enrol', 'post /sessions', 'get /emergency-accesses'],
  ...['get /sync/status', 'post /sync/now', 'post /sync/verify', 'post /sync/export', 'post /sync/import'],
  ...['get /sync/conflicts', 'get /sync/conflicts/:id'],
  ...['get /sync/quarantine', 'get /sync/quarantine/:id', 'post /sync/quarantine/retry'],
  ...['get /records/count', 'get /reports/weekly', 'post /reports/weekly'],
  ...['get /keys', 'post /keys/rotate', 'post /keys/escrow', 'post /keys/opening'],
  ...['get /backups', 'post /backups', 'post /backups/verify'],
  ...['get /devices', 'post /devices/invitations', 'post /devices/revocations'],
  ...['get /broker/devices', 'post /broker/devices', 'post /broker/devices/revocations'],
  ...['get /devices/authority', 'post /devices/authority'],
  ...['get /users', 'post /users', 'get /users/:login', 'post /users/:login/role', 'post /users/:login/reset'],
  ...['post /users/:login/disable', 'post /users/:login/enable', 'post /users/:login/sessions/end'],
  ...['post /users/:login/share', 'post /users/:login/unshare'],
  ...['get /consents/verify', 'get /audit/verify'],
];

const STAFF = {
  'get /records/export': 'export records',
  'post /records/import': 'import records',
  'get /records/:id': 'signed-in',
  'get /consents': 'read consent',
  'get /consents/:id': 'read consent',
  'get /audit': 'read audit',
  'get /audit/export': 'export audit',
  'get /conflicts/:id': 'read conflict',
  'get /quarantine/:id': 'signed-in',
};

/** Services that nobody calls: routes are only declared. */
const undeclared = new Proxy({}, { get: () => new Proxy({}, { get: () => () => undefined }) }) as AdminParts;

describe('every route of the admin socket', () => {
  it('is the operator’s or staff’s as is written here', () => {
    const declared = adminRoutes(undeclared).map(({ method, path, policy }) => [
      `${method} ${path}`,
      policy.kind === 'may' ? `${policy.action} ${policy.subject}` : policy.kind,
    ]);
    const expected = { ...Object.fromEntries(OPERATOR.map((route) => [route, 'operator'])), ...STAFF };
    expect(Object.fromEntries(declared)).toEqual(expected);
  });
});
