/**
 * The answer, made so that its body never fails for whoever sends it: where its source breaks, `broken` is told once and the body just stays without more; whoever
 * is told must end the connection, which cancels it. (node-server would print the stack to the terminal, and send the error's words where no byte was sent yet.)
 */
export function withoutErrors(response: Response, broken: (error: unknown) => void): Response {
  if (response.body === null) return response;
  const reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          broken(error);
          await new Promise(() => undefined);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // Nothing is read ahead of who sends it.
    { highWaterMark: 0 },
  );
  return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
}

/** What happened, on one line. */
export function inOneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').trim();
}
