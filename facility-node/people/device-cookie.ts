/** The cookie of an enrolled device. `__Host-` (RFC 6265bis §4.1.3.2): set over HTTPS, by this host itself and for all of it. */
export const DEVICE_COOKIE = '__Host-haggui_device';
