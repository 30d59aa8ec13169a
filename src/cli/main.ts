/** `kubectl sre`: a kubectl plugin. It talks to the API server alone, as whoever calls it. */
import { systemClock } from '../clock.ts';
import { terminalEnvironment } from '../config.ts';
import { run } from './run.ts';
import { createTerminal } from './terminal.ts';

const { kubeconfig, noColor } = terminalEnvironment();
const terminal = createTerminal(process, { noColor });
process.exit(await run({ args: process.argv.slice(2), terminal, clock: systemClock, kubeconfig }));
