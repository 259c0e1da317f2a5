"use strict";
// Shares with their intervals, and numbers as this language writes them.
const z95 = 1.959963984540054;
const missing = "–";

// Return a share with its 95 % Wilson score interval, by the same steps as the workbench's other
// pages, so that both agree to the last digit. Source: Wilson (1927), J. Am. Stat. Assoc. 22.
function wilson(above, below) {
  if (above === null || below === null) return { above, below, isWithheld: true };
  if (!below) return { above, below, share: null, lower: null, upper: null };
  const share = above / below;
  const square = z95 * z95;
  const centre = above + square / 2;
  const half = z95 * Math.sqrt(square / 4 + above * (1 - share));
  const lower = above > 0 ? Math.max(0, (centre - half) / (below + square)) : 0;
  const upper = share < 1 ? Math.min(1, (centre + half) / (below + square)) : 1;
  return { above, below, share, lower, upper };
}

function grouped(digits) {
  return digits.replace(/\B(?=(\d{3})+$)/g, data.thousands);
}

function writeCount(count) {
  if (count === undefined) return missing;
  return count === null ? data.say.sign : grouped(String(count));
}

// Write a share in per cent with one decimal, half up as officials round. Nine decimals first keep
// 0.285 from being 0.2849.
function writeTenths(share) {
  const [whole, decimals] = (share * 100).toFixed(9).split(".");
  const tenths = Number(whole) * 10 + Number(decimals[0]) + (decimals[1] >= "5" ? 1 : 0);
  return `${grouped(String(Math.floor(tenths / 10)))}${data.decimal}${tenths % 10}`;
}

function writeShare(rate) {
  if (rate.isWithheld) return data.say.sign;
  return rate.share === null ? missing : `${writeTenths(rate.share)}%`;
}

function writeFraction(rate) {
  return `${writeCount(rate.above)}/${writeCount(rate.below)}`;
}

function writeInterval(rate) {
  if (rate.isWithheld) return data.say.sign;
  if (rate.share === null) return missing;
  return `${writeTenths(rate.lower)}–${writeTenths(rate.upper)}%`;
}
