/**
 * The page behind the set-up link. The secret stands in the fragment, which browsers do not send; the page takes it out
 * of the address bar and posts it. Where scripts are off it says what to do instead.
 */
import { BASE_STYLE, type Page } from './html.ts'

const STYLE = `${BASE_STYLE}
form,output{display:grid;gap:.75rem;max-width:32rem}
input,button{font:inherit;padding:.5rem}
[role=alert]{color:#b00020}
`

const SCRIPT = `
'use strict';
const secret = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
const form = document.querySelector('form');
const alertLine = document.querySelector('[role=alert]');
const done = document.querySelector('#done');
const shown = document.querySelector('#key');
if (secret === '') {
  alertLine.textContent = 'This address lacks the part after #. Open the whole set-up link.';
} else {
  form.hidden = false;
}
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  alertLine.textContent = '';
  try {
    const response = await fetch('/api/v1/setup', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ secret, owner_name: form.elements.owner.value.trim() }),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    });
    const answer = await response.json();
    if (!response.ok) {
      alertLine.textContent = answer.errors ? answer.errors.map((one) => one.detail).join(' ') : answer.detail;
      button.disabled = response.status === 410;
      return;
    }
    shown.value = answer.secret;
    form.hidden = true;
    done.hidden = false;
    shown.focus();
    shown.select();
  } catch {
    alertLine.textContent = 'The server did not answer. Try again.';
    button.disabled = false;
  }
});
document.querySelector('#copy').addEventListener('click', async (event) => {
  shown.select();
  await navigator.clipboard.writeText(shown.value);
  event.target.textContent = 'Copied';
});
`

const BODY = `<main>
<h1>Set up Claviger</h1>
<p>Name the first owner. You get an admin key, which is shown once.</p>
<p role="alert"></p>
<noscript><p>This page needs scripts. On the machine itself this does the same: <code>npx claviger admin create-key --role owner</code></p></noscript>
<form hidden autocomplete="off">
<label for="owner">Name of the owner</label>
<input id="owner" name="owner" required maxlength="100" autofocus>
<button type="submit">Make the admin key</button>
</form>
<section id="done" hidden>
<h2>Your admin key</h2>
<p>Keep it in a password manager now: nobody can show it again.</p>
<input id="key" class="secret" size="80" readonly aria-label="Admin key">
<button id="copy" type="button">Copy</button>
<p>Next: <code>CLAVIGER_TOKEN=… npx claviger status</code>, or the <a href="/api/docs">documentation of the API</a>.</p>
</section>
</main>`

export const setupPage: Page = { title: 'Set up Claviger', style: STYLE, script: SCRIPT, body: BODY }
