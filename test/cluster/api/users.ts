/**
 * Who may log in to a test cluster: the persons that tests act as, and the cluster's own parts.
 *
 * Each has a random bearer token, kept in the API server's token file. Persons have no rights but those that a test, or the
 * project's own RBAC, gives to them or to their groups.
 */
import { randomBytes } from 'node:crypto';

const persons = {
  alice: ['sre-approvers'],
  bob: ['sre-approvers'],
  carol: ['sre-responders'],
  dave: ['sre-viewers'],
  mallory: [],
} as const satisfies Record<string, readonly string[]>;

/** alice and bob approve, carol responds, dave views; mallory belongs to no group. */
export type Person = keyof typeof persons;
export const personNames = Object.keys(persons) as readonly Person[];

export const NODE_NAME = 'agent-sre-node';

const parts = {
  admin: { user: 'admin', groups: ['system:masters'] },
  controllerManager: { user: 'system:kube-controller-manager', groups: [] },
  scheduler: { user: 'system:kube-scheduler', groups: [] },
  node: { user: `system:node:${NODE_NAME}`, groups: ['system:nodes'] },
} as const;

export type Tokens = Readonly<Record<Person | keyof typeof parts, string>>;

export function createTokens(): Tokens {
  const names = [...personNames, ...(Object.keys(parts) as (keyof typeof parts)[])];
  return Object.fromEntries(names.map((name) => [name, randomBytes(24).toString('hex')])) as unknown as Tokens;
}

/** Lines of token, user, uid and groups, as `--token-auth-file` reads them. */
export function tokenFile(tokens: Tokens): string {
  const line = (token: string, user: string, groups: readonly string[]): string => `${token},${user},${user},"${groups.join(',')}"\n`;
  const ofPersons = personNames.map((name) => line(tokens[name], name, persons[name]));
  const ofParts = Object.entries(parts).map(([name, { user, groups }]) => line(tokens[name as keyof typeof parts], user, groups));
  return [...ofPersons, ...ofParts].join('');
}
