import { createHash } from 'node:crypto';
import type { AuthorityCard } from '../certificates/certificate-service.ts';

/**
 * A configuration profile for Apple's systems (Apple, Configuration Profile Reference, `com.apple.security.root`) that installs the
 * authority. Its identifiers follow from the certificate, so that a second installation replaces the first.
 */
export function mobileConfig(
  { name, der, fingerprint }: AuthorityCard,
  facility: { readonly code: string; readonly name: string },
): string {
  const identifier = `org.santehaggui.${facility.code.replaceAll('_', '-')}`;
  const data = Buffer.from(der)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n');
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>${identifier}</string>
<key>PayloadUUID</key><string>${uuidOf(`profile ${fingerprint}`)}</string>
<key>PayloadDisplayName</key><string>${xml(name)}</string>
<key>PayloadDescription</key><string>${xml(`Cet appareil fera confiance au poste de ${facility.name}, et à rien d’autre de plus.`)}</string>
<key>PayloadOrganization</key><string>${xml(facility.name)}</string>
<key>PayloadContent</key>
<array>
<dict>
<key>PayloadType</key><string>com.apple.security.root</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>${identifier}.authority</string>
<key>PayloadUUID</key><string>${uuidOf(`authority ${fingerprint}`)}</string>
<key>PayloadDisplayName</key><string>${xml(name)}</string>
<key>PayloadCertificateFileName</key><string>santehaggui.crt</string>
<key>PayloadContent</key>
<data>
${data}</data>
</dict>
</array>
</dict>
</plist>
`;
}

/** RFC 9562 §5.8: a UUID of our own making. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
