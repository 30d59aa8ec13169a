/** What happened in a test, a line each with the seconds since it began, printed when it is over: for whoever wants to see it and not only believe it. */
export interface Transcript {
  readonly tell: (line: string) => void;
  readonly print: () => void;
}

export function startTranscript(title: string): Transcript {
  const start = performance.now();
  const lines: string[] = [];
  return {
    tell: (line) => {
      const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
      lines.push(`${seconds} s  ${line}`);
    },
    print: () => void process.stdout.write(`\n${title}\n${lines.map((line) => `  ${line}\n`).join('')}\n`),
  };
}
