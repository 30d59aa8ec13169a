/** Evidence that is what a container has logged: how it says so, and how that is read. */

const WHICH = { current: 'last log lines', previous: 'last log lines of the previous run', head: 'first log lines' } as const;

/** What was asked of a container's log. @param pod as namespace/name */
export const logQuery = (which: keyof typeof WHICH, container: string, pod: string): string => `${WHICH[which]} of ${container} in ${pod}`;

/** Whether a piece of evidence holds lines of a container; its summary is then the line that says what is wrong. */
export const isLogQuery = (query: string): boolean => Object.values(WHICH).some((which) => query.startsWith(`${which} of `));
