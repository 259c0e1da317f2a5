-- Chance of a standard normal to lie above a value that is not negative, within 1e-7.
-- Source: Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 26.2.17
create macro tail_weight(t) as
t * (
    0.31938153
    + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
);

create macro normal_tail(z) as
0.3989422804014327 * exp(-z * z / 2) * tail_weight(1 / (1 + 0.2316419 * z));

-- Parts of a late dossier that its causes share: whole ones, so that sums of shares are exact.
create macro share_whole() as 1000000000;

-- A share as an angle, of which chance does not depend on the share, and the variance by chance.
-- Source: Anscombe (1948), Biometrika 35, 246-254
create macro share_angle(hits, n) as asin(sqrt((hits + 0.375) / (n + 0.75)));

create macro share_chance(n) as 1 / (4 * n + 2);
