/** `kubectl sre get` and `kubectl sre show`. */
import { type Incident, type Investigation, incidents, investigations, type RemediationPlan, remediationPlans } from '../crds/kinds.ts';
import type { KubeObject, ResourceType } from '../kube/object.ts';
import { incidentPage } from '../report/pages/incident.ts';
import { incidentLines, isResolved, withoutFollowers } from '../report/pages/incidents.ts';
import { planPage } from '../report/pages/plan.ts';
import type { Page } from '../text/page.ts';
import type { OutputFormat } from './arguments.ts';
import { findIncidentOrPlan, listAll, type Scope } from './find.ts';
import { printObjects } from './output.ts';
import type { Terminal } from './terminal.ts';

export interface Look {
  readonly scope: Scope;
  readonly terminal: Terminal;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly output: OutputFormat;
}

export async function get({ scope, terminal, now, output }: Look, all: boolean): Promise<void> {
  const found = await listAll(scope, incidents);
  const open = found.filter((incident) => !isResolved(incident));
  const shown = all ? found : withoutFollowers(open);
  if (output !== 'text') return printObjects(terminal, output, all ? found : open, true);
  if (shown.length > 0) return terminal.print(...incidentLines(shown, pageOf(terminal, now)));
  const over = found.length - shown.length;
  terminal.print(
    over === 0
      ? 'There are no Incidents.'
      : `Nothing is open. ${over === 1 ? '1 Incident is' : `${over} Incidents are`} resolved; --all shows them.`,
  );
}

export async function show({ scope, terminal, now, output }: Look, name: string): Promise<void> {
  const found = await findIncidentOrPlan(scope, name);
  const page = pageOf(terminal, now);
  if ('plan' in found) {
    if (output !== 'text') return printObjects(terminal, output, [found.plan], false);
    return terminal.print(...planPage(found.plan, page));
  }
  const { incident } = found;
  const investigation = await investigationOf(scope, incident);
  const plans = await plansOf(scope, incident);
  if (output !== 'text')
    return printObjects(terminal, output, [incident, ...(investigation === undefined ? [] : [investigation]), ...plans], true);
  const present = plans.at(-1);
  terminal.print(...incidentPage(incident, investigation, page), ...(present === undefined ? [] : ['', ...planPage(present, page)]));
}

export const pageOf = ({ style, width }: Terminal, now: number): Page => ({ style, width, now });

function investigationOf(scope: Scope, incident: Incident): Promise<Investigation | undefined> {
  return referenced(scope, investigations, incident, incident.status?.investigationRef);
}

async function plansOf(scope: Scope, incident: Incident): Promise<readonly RemediationPlan[]> {
  const plans = await Promise.all((incident.status?.planRefs ?? []).map((ref) => referenced(scope, remediationPlans, incident, ref)));
  return plans.filter((plan) => plan !== undefined);
}

/** What a reference is to, if it is still that. */
export async function referenced<T extends KubeObject>(
  { client }: Scope,
  resource: ResourceType<T>,
  { metadata }: Incident,
  ref: { readonly name: string; readonly uid: string } | undefined,
): Promise<T | undefined> {
  if (ref === undefined) return undefined;
  const found = await client.get(resource, { namespace: metadata.namespace ?? '', name: ref.name });
  return found?.metadata.uid === ref.uid ? found : undefined;
}
