-- Text for comparison: names in one spelling, numbers in one notation, codes without suffix.

-- a name for comparison: composed letters, lower case, single spaces, and the tone mark of oa, oe
-- and uy on the first vowel (hoà and hòa are the same name)
create macro name_key(label) as
replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(
            trim(regexp_replace(lower(nfc_normalize(label)), '[\s\x{00a0}]+', ' ', 'g')),
            'oà', 'òa'), 'oá', 'óa'), 'oả', 'ỏa'), 'oã', 'õa'), 'oạ', 'ọa'
        ), 'oè', 'òe'), 'oé', 'óe'), 'oẻ', 'ỏe'), 'oẽ', 'õe'), 'oẹ', 'ọe'
    ), 'uỳ', 'ùy'), 'uý', 'úy'), 'uỷ', 'ủy'), 'uỹ', 'ũy'), 'uỵ', 'ụy'
);

-- a name for finding others that look like it: without marks and case, letters of other scripts as
-- the Latin ones they look like, and no spaces or punctuation but between two numbers
create macro look_key(label) as
regexp_replace(
    regexp_replace(
        trim(regexp_replace(
            translate(strip_accents(lower(nfc_normalize(label))), 'đаеіорсухјαορ', 'daeiopcyxjaop'),
            '[^\p{L}\p{N}]+', ' ', 'g'
        )),
        '(\p{L}) ', '\1', 'g'
    ),
    ' (\p{L})', '\1', 'g'
);

-- national code of a procedure without the suffix of the agency that published it
create macro procedure_code(label) as
coalesce(
    nullif(regexp_extract(label, '^([123]\.\d{6})(\.\d{3}\.\d{2}\.\d{2}\.H\d{2})?$', 1), ''),
    label
);

-- a number in Vietnamese (1.234,5) or plain (1234.5) notation; null when it is none
create macro parse_number(label) as
case
    when contains(label, ',')
        then try_cast(replace(replace(label, '.', ''), ',', '.') as decimal(18, 6))
    else try_cast(label as decimal(18, 6))
end;

-- the date inside a dossier number, unit-yyMMdd-NNNN; null when it holds none
create macro code_date(dossier_no) as
try_strptime(nullif(regexp_extract(dossier_no, '-(\d{6})-\d{4,}$', 1), ''), '%y%m%d')::date;

-- yes or no; an empty cell means no in a column among those whose empty cells do
create macro marked(answer, marking_fields, field) as
case
    when answer = 'yes' then true
    when answer = 'no' or (answer is null and list_contains(marking_fields, field)) then false
end;

-- a count; an empty cell means none in a column among those whose empty cells do
create macro marked_number(label, number, marking_fields, field) as
case when label is null and list_contains(marking_fields, field) then 0 else number end;
