/** What a hub says as it closes the connection of a node that is no longer its facility's, once that has proven who it is. */
export const REVOKED = 'revoked';

/** The same over POST: Gone (RFC 9110, §15.5.11). */
export const REVOKED_STATUS = 410;
