import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { issueAuthority, issueServerCertificate } from './issue-certificate.ts';

const now = Date.now();
const validFor = { notBefore: now - 86_400_000, notAfter: now + 86_400_000 };
const permitted = {
  names: ['cscom-sangha.local', 'localhost'],
  networks: ['127.0.0.0/8', '192.168.0.0/16', 'fd00::/8'],
};
const newAuthority = () => issueAuthority({ commonName: 'CSCOM de Sangha', permitted, ...validFor });

/** What a client that trusts the authority says of a server with a certificate of it, reached by a name. */
async function judged(names: readonly string[], addresses: readonly string[], servername: string): Promise<string> {
  const authority = newAuthority();
  const issued = issueServerCertificate({ authority, commonName: 'node', names, addresses, ...validFor });
  const server = createServer({ key: issued.privateKey, cert: issued.certificate }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const socket: TLSSocket = connect({ host: '127.0.0.1', port, servername, ca: authority.certificate });
  const verdict = await once(socket, 'secureConnect').then(
    () => 'trusted',
    (error: Error) => error.message.replace(/:.*/, ''),
  );
  socket.destroy();
  server.close();
  return verdict;
}

describe('a facility’s authority', () => {
  it('signs for one kind of thing only: servers of its own names', () => {
    const { certificate } = newAuthority();
    const authority = new X509Certificate(certificate);
    expect(authority.ca).toBe(true);
    expect(authority.subject).toBe('CN=CSCOM de Sangha');
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(authority.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
  });

  it('gives servers certificates that a client trusts for the names and addresses in them', async () => {
    expect(await judged(['cscom-sangha.local'], ['127.0.0.1'], 'cscom-sangha.local')).toBe('trusted');
    expect(await judged(['cscom-sangha.local'], ['127.0.0.1'], '')).toBe('trusted');
    expect(await judged(['cscom-sangha.local'], [], 'localhost')).toBe(
      "Hostname/IP does not match certificate's altnames",
    );
  });

  it('is worth nothing for anybody else’s name or address: who steals it cannot pose as a bank', async () => {
    expect(await judged(['bank.example'], [], 'bank.example')).toBe('permitted subtree violation');
    expect(await judged(['cscom-sangha.local'], ['8.8.8.8'], 'cscom-sangha.local')).toBe('permitted subtree violation');
  });

  it('gives each certificate a key and a number of its own', () => {
    const authority = newAuthority();
    const issue = () =>
      new X509Certificate(
        issueServerCertificate({ authority, commonName: 'node', names: ['localhost'], addresses: [], ...validFor })
          .certificate,
      );
    const [one, two] = [issue(), issue()];
    expect(one.serialNumber).not.toBe(two.serialNumber);
    expect(one.publicKey.equals(two.publicKey)).toBe(false);
    expect(one.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
  });
});
