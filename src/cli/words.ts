/** What a person says of an Incident, written into its spec under their own name: `kubectl sre close`, `ack`, `expect`, `silence` and `runbook`. Who said it, the API server vouches for. */
import { type Incident, incidents } from '../crds/kinds.ts';
import { isOver } from '../domain/lifeCycle.ts';
import { whoAmI } from '../kube/access.ts';
import { apiErrorIn, isForbidden, isInvalid } from '../kube/errors.ts';
import { policyRefusalIn } from '../kube/policyRefusal.ts';
import { moment } from '../text/age.ts';
import { oneLine } from '../text/plain.ts';
import type { Silencing } from './arguments.ts';
import { CliError, findIncident, type Scope } from './find.ts';
import { untilOf } from './since.ts';
import type { Terminal } from './terminal.ts';

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

/** Also of one that is over: a silence outlasts its Incident. @param now milliseconds since the epoch */
export async function silence(speaker: Speaker, { name, ...words }: { readonly name: string } & Silencing, now: number): Promise<void> {
  if (words.until === undefined) return lift(speaker, name);
  const until = new Date(untilOf(words.until, now, 'for')).toISOString().replace(/\.\d{3}Z$/u, 'Z'); // whole seconds are easier to read
  const incident = await openIncident(speaker.scope, name);
  const by = await sayAs(speaker.scope, incident, (who) => ({ silence: { until, reason: words.reason, by: who } }));
  const alerts = (incident.spec.alerts ?? []).length;
  speaker.terminal.print(
    `Silenced ${name} until ${moment(until)}, by ${oneLine(by)}: ${alerts === 0 ? 'it has no alerts, and nobody is told of it' : `kubectl sre show ${name} tells which Alertmanagers hold it`}`,
  );
}

async function lift({ scope, terminal }: Speaker, name: string): Promise<void> {
  const incident = await findIncident(scope, name);
  if (incident.spec.silence === undefined) throw new CliError(`Incident ${name} is not silenced by anybody here${elsewhere(incident)}`);
  await sayAs(scope, incident, () => ({ silence: null }));
  terminal.print(`Lifted the silence of ${name}`);
}

function elsewhere({ status }: Incident): string {
  const other = status?.silences?.find(({ own }) => !own);
  return other === undefined ? '' : `; its silence in Alertmanager ${other.alertmanager} is by ${oneLine(other.by)}, and is lifted there`;
}

/** Also of one that is over: the next to read it may want it. */
export async function attachRunbook(
  { scope, terminal }: Speaker,
  { name, url }: { readonly name: string; readonly url: string | undefined },
): Promise<void> {
  const incident = await findIncident(scope, name);
  await sayAs(scope, incident, () => ({ runbookURL: url ?? null }));
  terminal.print(url === undefined ? `${name} has no runbook any more` : `${name} has the runbook ${oneLine(url)}`);
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
