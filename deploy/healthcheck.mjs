// Asks the service of this container whether it is alive: exit code 0 for yes, 1 for no.
// WIRESIFT_HEALTH_URL names another address, as with TLS or another port.
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

const MILLIS = 4000;
const url = new URL(process.env.WIRESIFT_HEALTH_URL || 'http://127.0.0.1:8470/healthz');
const ask = url.protocol === 'https:' ? secure : plain;

function end(code, line) {
  if (line) process.stderr.write(`${line}\n`);
  process.exit(code);
}

// The certificate names the outside; from inside only the answer counts, and nothing secret is sent.
const call = ask(url, { rejectUnauthorized: false, timeout: MILLIS }, (answer) => {
  answer.resume();
  end(answer.statusCode === 200 ? 0 : 1, `${url.href}: ${answer.statusCode}`);
});
call.on('timeout', () => end(1, `${url.href}: no answer within ${MILLIS} ms`));
call.on('error', (error) => end(1, `${url.href}: ${error.message}`));
call.end();
