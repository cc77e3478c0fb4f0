DROP TABLE article_wording;
DROP TABLE article_version;
DROP FUNCTION article_version_refuse();
DROP TABLE article;
