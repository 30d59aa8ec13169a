/** Where the test cluster tells what it is doing: one line of plain text a call. */
export type Log = (line: string) => void;

export const silent: Log = () => {};
