DROP TABLE access_review_item;
DROP TABLE access_review;
