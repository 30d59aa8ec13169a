/**
 * A member by a name that strangers chose: `constructor` and `toString` are members of every object, and valid names of containers,
 * namespaces and labels.
 */
export const ownMember = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
