// The npm package `twillio-sms-mock` on a free loopback port (its own `start` listens on every interface).
'use strict'
const { createTwillioMockServer } = require('twillio-sms-mock')

const server = createTwillioMockServer({ enableCors: false }).getApp().listen(0, '127.0.0.1', () => {
  process.stdout.write(JSON.stringify({ ready: true, port: server.address().port }) + '\n')
})
