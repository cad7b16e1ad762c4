import type { Output } from "../cli/output.ts";
import type { Theme } from "../ui/theme.ts";
import type { Answers } from "./answers.ts";

/** Says and asks things on stdout, as redis-cli does: headings stand out, and what is well or wrong has its colour. */
export class Teller {
  readonly #output: Output;
  readonly #answers: Answers;
  readonly #theme: Theme;
  #isAsking = false;

  constructor(output: Output, answers: Answers) {
    this.#output = output;
    this.#answers = answers;
    this.#theme = output.stdout.theme;
  }

  lines(lines: readonly string[]): void {
    this.#output.print(lines);
  }

  line(text: string): void {
    this.#output.print([text]);
  }

  /** `>>> …` */
  heading(text: string): void {
    this.#output.print([this.#theme.strong(text)]);
  }

  ok(text: string): void {
    this.#output.print([this.#theme.ok(text)]);
  }

  warning(text: string): void {
    this.#output.print([this.#theme.warning(text)]);
  }

  error(text: string): void {
    this.#output.print([this.#theme.error(text)]);
  }

  /** One line of what is answered; undefined at the end of the input. */
  async ask(question: string): Promise<string | undefined> {
    return (await this.#answerTo(question))?.trim();
  }

  /** Nothing but `yes` is a yes, without a blank before it or behind. */
  async confirm(question: string): Promise<boolean> {
    return (await this.#answerTo(question))?.replace(/\r$/, "") === "yes";
  }

  /** Ends the line of a question that nobody has answered. */
  endLine(): void {
    if (this.#isAsking) process.stdout.write("\n");
    this.#isAsking = false;
  }

  async #answerTo(question: string): Promise<string | undefined> {
    process.stdout.write(question);
    this.#isAsking = true;
    const answer = await this.#answers.next();
    if (answer === undefined) this.endLine();
    this.#isAsking = false;
    return answer;
  }
}
