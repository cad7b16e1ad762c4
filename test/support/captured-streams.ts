import { onTestFinished, vi } from "vitest";

/** Whether this process looks like one at a terminal, and what it has written since. */
export interface CapturedStreams {
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** Catches what this process writes until the test is over; nothing is a terminal unless it says so. */
export function captureStreams({ isTerminal = false, columns = 80 } = {}): CapturedStreams {
  const caught = [process.stdout, process.stderr].map((stream) => {
    let text = "";
    const write = vi.spyOn(stream, "write").mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    });
    onTestFinished(() => write.mockRestore());
    pretend(stream, "isTTY", isTerminal);
    pretend(stream, "columns", isTerminal ? columns : undefined);
    return () => text;
  });
  pretend(process.stdin, "isTTY", isTerminal);
  const [stdout = () => "", stderr = () => ""] = caught;
  return { stdout, stderr };
}

/** Gives a property another value until the test is over. */
export function pretend(owner: object, name: string, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: true });
  onTestFinished(() => {
    if (before) Object.defineProperty(owner, name, before);
    else Reflect.deleteProperty(owner, name);
  });
}
