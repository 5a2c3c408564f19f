/* Small comforts. Every page works without this file. */
(function () {
  'use strict';

  function each(selector, fn, root) {
    Array.prototype.forEach.call((root || document).querySelectorAll(selector), fn);
  }

  /* A second press on the same button is swallowed; the server would have answered it once anyway (idempotency key). */
  document.addEventListener('submit', function (event) {
    var form = event.target, button = event.submitter;
    if (form.method !== 'post') return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = '1';
    if (button) button.setAttribute('aria-busy', 'true');
    if (form.hasAttribute('data-upload') && form.querySelector('input[type=file]').files.length) {
      event.preventDefault();
      send(form, button);
    }
  });
  window.addEventListener('pageshow', function () {
    each('form[data-sent]', function (form) { release(form); });
  });
  function release(form) {
    delete form.dataset.sent;
    each('[aria-busy]', function (b) { b.removeAttribute('aria-busy'); }, form);
  }

  /* <form data-upload> with <progress class="upload" hidden> and <p class="upload-word" role="status">: shows how far it is. */
  function send(form, button) {
    var request = new XMLHttpRequest(), bar = form.querySelector('progress.upload'), word = form.querySelector('.upload-word');
    var data = new FormData(form);
    if (button && button.name) data.append(button.name, button.value);
    request.open('POST', form.action);
    request.setRequestHeader('Accept', 'text/html');
    if (bar) bar.hidden = false;
    request.upload.onprogress = function (e) {
      if (!e.lengthComputable) return;
      if (bar) { bar.max = e.total; bar.value = e.loaded; }
      if (word) word.textContent = Math.floor(e.loaded * 100 / e.total) + '%';
    };
    request.onload = function () {
      if (request.status < 400 && request.responseURL !== form.action) {
        window.location.assign(request.responseURL);
        return;
      }
      document.open();
      document.write(request.responseText);
      document.close();
    };
    request.onerror = function () {
      if (bar) bar.hidden = true;
      if (word) word.textContent = form.dataset.failed || '';
      release(form);
    };
    request.send(data);
  }

  /* <button type="button" class="copy" data-copy="..." data-copied="已复制" hidden> */
  function copyButtons(root) {
    if (!navigator.clipboard) return;
    each('button[data-copy]', function (button) {
      var word = button.textContent;
      button.hidden = false;
      button.addEventListener('click', function () {
        navigator.clipboard.writeText(button.dataset.copy).then(function () {
          button.textContent = button.dataset.copied || word;
          window.setTimeout(function () { button.textContent = word; }, 2000);
        });
      });
    }, root);
  }

  /* <button type="button" data-print hidden> */
  function printButtons(root) {
    each('button[data-print]', function (button) {
      button.hidden = false;
      button.addEventListener('click', function () { window.print(); });
    }, root);
  }

  /* Up and down move between the first links of a staff table's rows, only while one of them has the focus. */
  document.addEventListener('keydown', function (event) {
    var row, next, link;
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    row = event.target.closest && event.target.closest('table[data-keys] tbody tr');
    if (!row) return;
    next = event.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling;
    link = next && next.querySelector('a');
    if (link) {
      event.preventDefault();
      link.focus();
    }
  });

  function start(root) {
    copyButtons(root);
    printButtons(root);
  }
  start(document);
  document.addEventListener('htmx:load', function (event) { start(event.target); });

  var summary = document.querySelector('.error-summary');
  if (summary) summary.focus();
}());
