/** Records of one facility's register that changed, once their transaction was complete. */
export type OutboxEvent = { readonly id: string; readonly facility: string; readonly records: readonly string[] };
