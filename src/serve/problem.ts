import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { WiresiftError } from '../base/index.ts';
import { SlowDown, STATUS } from './refusals.ts';
import type { Problem } from './wire.ts';

/** Longest message; what callers sent is told back in part only. */
const LONGEST = 500;

const cut = (text: string): string => text.slice(0, LONGEST);

/** What the framework refuses, in our words. */
function frameworkProblem(error: FastifyError): { status: number; problem: Problem } | undefined {
  const { statusCode, code } = error;
  if (error.validation) {
    const first = error.validation[0];
    const where = `${error.validationContext ?? 'request'}${first?.instancePath ?? ''}`;
    const message = `${where}: ${first?.message ?? 'not as described'}`;
    const todo = 'Correct the request; /api/openapi.json describes what is taken';
    return {
      status: 400,
      problem: { error: { code: 'SERVE_INPUT', message: cut(message), todo, where } },
    };
  }
  if (statusCode === undefined || statusCode < 400 || statusCode > 499) return undefined;
  const known: Readonly<Record<string, readonly [string, string]>> = {
    FST_ERR_CTP_BODY_TOO_LARGE: ['SERVE_LARGE', 'Send less at once'],
    FST_ERR_CTP_INVALID_MEDIA_TYPE: ['SERVE_INPUT', 'Send application/json'],
  };
  const [name, todo] = known[code] ?? ['SERVE_INPUT', 'Correct the request'];
  return {
    status: statusCode,
    problem: { error: { code: name, message: cut(error.message), todo } },
  };
}

/** The one shape of all refusals, with its status. A fault's cause is never told. */
export function problemOf(error: unknown): { status: number; problem: Problem } {
  if (error instanceof WiresiftError && STATUS[error.code] !== undefined) {
    const { where, saw, expected, todo } = error.facts;
    const status = STATUS[error.code]!;
    // Where our own things lie is for the log; strangers may meet a failing store too.
    const place = status < 500 ? cut(where) : 'the store';
    const message = cut(`${place}: saw ${saw}, expected ${expected}`);
    const retry = error instanceof SlowDown ? { retryAfter: error.seconds } : {};
    return {
      status,
      problem: { error: { code: error.code, message, todo, where: place, ...retry } },
    };
  }
  const framework = error instanceof Error ? frameworkProblem(error as FastifyError) : undefined;
  return (
    framework ?? {
      status: 500,
      problem: {
        error: {
          code: 'SERVE_FAULT',
          message: 'the service failed at this request',
          todo: 'Try again; the log of the service tells the cause under the id of the request',
        },
      },
    }
  );
}

/** Fastify's error handler. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, problem } = problemOf(error);
  if (status >= 500) request.log.error({ err: error }, 'request failed');
  const { retryAfter } = problem.error;
  if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
  void reply.code(status).header('cache-control', 'no-store').send(problem);
}
