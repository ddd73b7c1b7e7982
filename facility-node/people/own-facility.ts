/** The facility that this node stands in. */
export type OwnFacility = {
  /** As registered at the hub: `cscom_sangha`. */
  readonly code: string;
  readonly name: string;
  /** Id of its Facility record; null until the node is enrolled. */
  readonly recordId: () => string | null;
};
