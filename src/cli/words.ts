/** What a person says of an Incident, written into its spec under their own name: `kubectl sre close`, `ack` and `expect`. Who said it, the API server vouches for. */
import { type Incident, incidents } from '../crds/kinds.ts';
import { isOver } from '../domain/lifeCycle.ts';
import { apiErrorIn, isForbidden, isInvalid } from '../kube/errors.ts';
import { moment } from '../text/age.ts';
import { oneLine } from '../text/plain.ts';
import { CliError, findIncident, type Scope } from './find.ts';
import { policyRefusalIn } from './refusal.ts';
import { untilOf } from './since.ts';
import type { Terminal } from './terminal.ts';
import { whoAmI } from './whoAmI.ts';

export interface Speaker {
  readonly scope: Scope;
  readonly terminal: Terminal;
}

export interface Closing {
  readonly name: string;
  readonly reason: NonNullable<Incident['spec']['closure']>['reason'];
  readonly comment: string | undefined;
}

export async function close(speaker: Speaker, { name, reason, comment }: Closing): Promise<void> {
  const incident = await openIncident(speaker.scope, name);
  const by = await sayAs(speaker.scope, incident, (who) => ({ closure: { reason, by: who, ...optional({ comment }) } }));
  speaker.terminal.print(`Closed ${name} as ${reason}, by ${oneLine(by)}`);
}

export async function acknowledge(speaker: Speaker, { name, comment }: Pick<Closing, 'name' | 'comment'>): Promise<void> {
  const incident = await openIncident(speaker.scope, name);
  const by = await sayAs(speaker.scope, incident, (who) => ({ acknowledgement: { by: who, comment: comment ?? null } }));
  speaker.terminal.print(`Acknowledged ${name}, by ${oneLine(by)}`);
}

export interface Expecting {
  readonly name: string;
  /** As in "24h" or "2026-12-01". */
  readonly until: string;
  readonly reason: string;
}

/** @param now milliseconds since the epoch */
export async function expect(speaker: Speaker, { name, until, reason }: Expecting, now: number): Promise<void> {
  const at = new Date(untilOf(until, now)).toISOString();
  const incident = await openIncident(speaker.scope, name);
  const by = await sayAs(speaker.scope, incident, (who) => ({ expected: { until: at, reason, by: who } }));
  speaker.terminal.print(`Expected ${name} until ${moment(at)}, by ${oneLine(by)}: until then nobody is told, and no new plan is made`);
}

const optional = (words: { readonly comment: string | undefined }): object => (words.comment === undefined ? {} : words);

async function openIncident(scope: Scope, name: string): Promise<Incident> {
  const incident = await findIncident(scope, name);
  const { closure } = incident.spec;
  if (closure !== undefined) throw new CliError(`Incident ${name} was closed by ${oneLine(closure.by)} as ${closure.reason}`);
  const resolved = incident.status?.conditions?.find(({ type }) => type === 'Resolved');
  if (isOver(incident)) throw new CliError(`Incident ${name} is over: ${oneLine(resolved?.message ?? '')}`);
  return incident;
}

/** @returns who the API server takes the caller for */
async function sayAs(scope: Scope, { metadata }: Incident, words: (who: string) => object): Promise<string> {
  const { namespace = '', name } = metadata;
  const { username } = await whoAmI(scope.client);
  try {
    await scope.client.patch(incidents, { namespace, name }, { spec: words(username) }, { type: 'merge' });
    return username;
  } catch (error) {
    if (isInvalid(error)) throw new CliError(`the API server refuses it: ${oneLine(apiErrorIn(error)?.message ?? '')}`, { cause: error });
    if (!isForbidden(error)) throw error;
    throw new CliError(
      `the API server refuses it: ${policyRefusalIn(error) ?? `you may not change Incidents in namespace ${namespace}; ask an administrator for the ClusterRole agent-sre-responder there`}`,
      { cause: error },
    );
  }
}
