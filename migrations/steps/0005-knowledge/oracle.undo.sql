DROP TABLE article_wording;
DROP TABLE article_version;
DROP TABLE article;
