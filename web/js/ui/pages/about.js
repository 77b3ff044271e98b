import { html } from '../../../vendor/preact.js';
import { Page } from '../parts/page.js';

export const AboutPage = () => html`
  <${Page} path="/about" title="About and privacy">
    <div class="columns">
      <section class="card stack">
        <h2>What it is</h2>
        <p>Nestling raises tiny models. Record words here, train on your own computer, and the same small model answers in this browser.</p>
        <p>The workflow has nine steps: collect data, preprocess, design a model, train, evaluate, optimize, convert, deploy, make inferences.</p>
        <h2>Words of the field</h2>
        <p><strong>MFCC</strong>: a few numbers for each hundredth of a second that say how a sound is coloured. The model sees these, not the sound.</p>
        <p><strong>int8</strong>: the model with its numbers rounded to 256 steps, so that it fits on a microcontroller.</p>
        <p><strong>Confusion matrix</strong>: what was said, row by row, against what the model heard, column by column.</p>
      </section>
      <section class="card stack">
        <h2>Where your voice and your photos stay</h2>
        <p>Clips go from this phone to the computer that runs Nestling, and nowhere else. No account, no cloud, no internet needed.</p>
        <p>A clip waits on this phone until the computer has stored it. Then it is only there. Delete it on the Record page and it is gone.</p>
        <p>Live listens on this phone alone: what the microphone hears there is not stored and not sent.</p>
        <p>Camera looks on this phone alone, too. The photo is not stored; the list of things found stays here until it is deleted.</p>
        <h2>Credits</h2>
        <p>The model that comes with Nestling was trained on Speech Commands by Pete Warden, CC BY 4.0 (arXiv:1804.03209). The camera's is EfficientNet-Lite0 by Google with its ImageNet weights, Apache-2.0. Label colours: Okabe and Ito.</p>
      </section>
    </div>
  <//>`;
