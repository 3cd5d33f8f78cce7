"""How often AWS lets an account ask in one region, as far as AWS documents it: where the limiter starts, and the most that it allows itself.

These are the default quotas of reading operations. A single operation stands here where it is slower than its service, or has a quota of its own. What AWS does
not document (IAM, S3's bucket settings, AWS Config, Elastic Load Balancing and more) starts at a rate that disturbs nobody, and grows while nobody objects; S3,
of which a dozen settings a bucket are asked, at a higher one.
"""

from __future__ import annotations

from cloudsoc.engine.pace import Rate, Rates

RATES: Rates = {
    "*": Rate(20, 40, most=100),
    # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
    "cloudtrail": Rate(10, 10),
    "cloudtrail:LookupEvents": Rate(2, 2),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
    "cloudwatch:DescribeAlarms": Rate(9, 9),
    # https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html: each operation has a bucket; a smaller one if it neither filters nor pages
    "ec2": Rate(20, 100, each=True),
    "ec2:DescribeInstanceStatus": Rate(10, 50),
    "ec2:DescribeInstances": Rate(10, 50),
    "ec2:DescribeNetworkInterfaces": Rate(10, 50),
    "ec2:DescribeSecurityGroupReferences": Rate(5, 20),
    "ec2:DescribeSecurityGroups": Rate(10, 50),
    "ec2:DescribeSnapshots": Rate(10, 50),
    "ec2:DescribeStaleSecurityGroups": Rate(5, 20),
    "ec2:DescribeVolumes": Rate(10, 50),
    # https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html
    "identitystore": Rate(20, 20),
    "sso-admin": Rate(20, 20),
    # https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html: each operation has a quota
    "kms": Rate(100, 100, each=True),
    "kms:DescribeKey": Rate(2000, 2000),
    "kms:GetKeyLastUsage": Rate(5, 5),
    "kms:GetKeyPolicy": Rate(1000, 1000),
    "kms:GetKeyRotationStatus": Rate(1000, 1000),
    "kms:ListAliases": Rate(500, 500),
    "kms:ListKeys": Rate(500, 500),
    "kms:ListResourceTags": Rate(2000, 2000),
    # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: all operations together, but for two
    "lambda": Rate(15, 15),
    "lambda:GetFunction": Rate(100, 100),
    "lambda:GetPolicy": Rate(15, 15),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
    "logs:DescribeLogGroups": Rate(10, 10),
    "logs:DescribeMetricFilters": Rate(5, 5),
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html: per account, rate and burst
    "organizations": Rate(5, 8, each=True),
    "organizations:DescribeAccount": Rate(20, 30),
    "organizations:DescribeOrganization": Rate(1, 2),
    "organizations:DescribeOrganizationalUnit": Rate(2, 2),
    "organizations:DescribePolicy": Rate(2, 2),
    "organizations:ListAWSServiceAccessForOrganization": Rate(1, 3),
    "organizations:ListAccounts": Rate(8, 12),
    "organizations:ListChildren": Rate(6, 10),
    "organizations:ListDelegatedServicesForAccount": Rate(1, 3),
    "organizations:ListRoots": Rate(1, 2),
    "organizations:ListTagsForResource": Rate(10, 15),
    # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
    "route53": Rate(5, 5),
    "route53resolver": Rate(5, 5),
    "s3": Rate(100, 100, most=200),
}
