/** The silences of each Alertmanager as last seen: what many Incidents ask within some seconds is asked once. */
import type { Clock } from '../../clock.ts';
import type { AlertmanagerClient, KeptSilence } from '../../sources/alertmanager.ts';

export type SilenceClient = Pick<AlertmanagerClient, 'name' | 'keptSilences' | 'putSilence' | 'endSilence'>;

export interface SilenceBoard {
  /** @param maxAgeMs how old the answer may be; 0: it is asked now */
  readonly silences: (client: SilenceClient, maxAgeMs: number, signal: AbortSignal) => Promise<readonly KeptSilence[]>;
  /** What is known of it has been changed. */
  readonly forget: (client: SilenceClient) => void;
}

interface Asked {
  /** Monotonic. */
  readonly at: number;
  readonly answer: Promise<readonly KeptSilence[]>;
}

export function createSilenceBoard(clock: Pick<Clock, 'monotonic'>): SilenceBoard {
  const known = new Map<string, Asked>();
  return {
    silences: (client, maxAgeMs, signal) => {
      const now = clock.monotonic();
      const last = known.get(client.name);
      if (last !== undefined && now - last.at < maxAgeMs) return last.answer;
      const answer = client.keptSilences(signal);
      known.set(client.name, { at: now, answer });
      answer.catch(() => {
        if (signal.aborted) known.delete(client.name); // that says nothing of the Alertmanager
      });
      return answer;
    },
    forget: ({ name }) => known.delete(name),
  };
}
