-- Households are found by place through the index by which they are sorted (`household_by_order`): a second
-- index on their places made each import write all of them twice.
DROP INDEX household_by_area;
