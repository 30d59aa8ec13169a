/** `kubectl sre why`: the causal chain of a diagnosis, taken from the Investigation, with what speaks against it and what could not be seen. */
import { type Incident, type Investigation, investigations } from '../crds/kinds.ts';
import { causalChain } from '../report/causalChain.ts';
import { CliError, findIncident } from './find.ts';
import { type Look, pageOf, referenced } from './look.ts';
import { printValue } from './output.ts';
import { whyPage } from './render/why.ts';

export async function why({ scope, terminal, now, output }: Look, name: string): Promise<void> {
  const incident = await findIncident(scope, name);
  const investigation = await referenced(scope, investigations, incident, incident.status?.investigationRef);
  const { status } = investigation ?? refuse(incident);
  const chain = causalChain(status ?? {});
  if (output !== 'text') return printValue(terminal, output, { incident: name, ...chain });
  terminal.print(...whyPage(incident, { chain, status: status ?? {} }, pageOf(terminal, now)));
}

function refuse({ metadata, status }: Incident): Pick<Investigation, 'status'> {
  const leader = status?.groupedInto?.name;
  throw new CliError(
    leader === undefined
      ? `Incident ${metadata.name} has not been looked into yet; kubectl sre watch ${metadata.name} tells when it is`
      : `Incident ${metadata.name} follows ${leader}, which is looked into in its place: kubectl sre why ${leader}`,
  );
}
